using System.Globalization;
using Anneal.Exporter;
using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Runs;

namespace Anneal.Pipeline.Stages;

/// <summary>Gathers the members of an ensemble.</summary>
/// <param name="context">The run.</param>
internal sealed class EnsembleMembers(RunContext context)
{
    private static readonly Dictionary<string, Tensor> s_none = new(StringComparer.Ordinal);
    private static readonly string[] s_sameRows = ["options", "files"];

    /// <summary>The folders of other runs.</summary>
    public static IReadOnlyList<string> Runs(PipelineOptions options) => options.Ensemble?.Members is RunsOptions runs ? runs.Paths : [];

    /// <summary>The file that another run exported.</summary>
    public static string PathOf(RunContext context, string run) => Path.Combine(context.Config.Files.FindAny(run) ?? run, "model.onnx");

    /// <summary>The members, in order.</summary>
    public IEnumerable<EnsembleMember> All() => context.Options.Ensemble!.Members switch
    {
        null => [OfFit(context.Taught)],
        SeedsOptions => StagePlan.Fits(context.Config).Select(f => OfFit(context.Fit(f))),
        FoldMembersOptions => context.FoldsInOrder.Where(f => f.Error is null).Select(f => OfFit(context.Fit(StagePlan.FitOf(f.Name)))),
        SnapshotsOptions snapshots => Snapshots(snapshots.Last ?? int.MaxValue),
        RunsOptions runs => runs.Paths.Select(OfRun).Prepend(OfFit(context.Taught)),
        MembersOptions other => throw new NotSupportedException($"no members for {other.GetType().Name}"),
    };

    private static EnsembleMember OfFit(Fit fit) => new(fit.Name.Length == 0 ? "this run" : fit.Name, fit.Graphs.Inference, fit.AveragedParameters);

    private IEnumerable<EnsembleMember> Snapshots(int last)
    {
        Fit fit = context.Taught;
        return Candidates.CycleEnds(context.Options.Train).TakeLast(last).Select(epoch => new EnsembleMember(
            string.Create(CultureInfo.InvariantCulture, $"epoch {epoch}"), fit.Graphs.Inference, fit.Checkpoints.LoadSnapshot(epoch)));
    }

    private EnsembleMember OfRun(string run)
    {
        string path = PathOf(context, run);
        Model model = ModelReader.Read(path);
        ModelSignature signature = ModelSignature.Find(model.Metadata) ?? throw AnnealException.BadData("it was not exported by a run").In(path);
        ModelSignature own = context.Taught.Signature;
        if (signature.Task != own.Task || !signature.Classes.SequenceEqual(own.Classes))
        {
            throw AnnealException.BadData(
                $"it answers {signature.Task} of [{string.Join(", ", signature.Classes)}], and this run {own.Task} of [{string.Join(", ", own.Classes)}]", "members of an ensemble answer the same").In(path);
        }

        WarnOfOtherRows(run, path);
        return new EnsembleMember(run, model.Graph, s_none);
    }

    private void WarnOfOtherRows(string run, string path)
    {
        IReadOnlyDictionary<string, string>? theirs = RunFolder.ReadRecord(Path.GetDirectoryName(path)!)?.Stages.GetValueOrDefault("data")?.Parts;
        IReadOnlyDictionary<string, string>? ours = context.Folder.Read()?.Stages.GetValueOrDefault("data")?.Parts;
        if (s_sameRows.Any(part => theirs?.GetValueOrDefault(part) != ours?.GetValueOrDefault(part)))
        {
            context.Warn($"ensemble: {run} has other data, another split or another seed: it may have been trained on the validation rows of this run");
        }
    }
}
