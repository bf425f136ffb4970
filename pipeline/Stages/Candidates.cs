using System.Globalization;
using Anneal.Exporter;
using Anneal.Onnx;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Config.Options;
using Anneal.Trainer.Loop;
using Anneal.Trainer.Models;

namespace Anneal.Pipeline.Stages;

/// <summary>Makes the weights that compete for export out of one training. Those that no step has left have their batch statistics estimated anew.</summary>
/// <param name="context">The run.</param>
/// <param name="training">The training.</param>
internal sealed class Candidates(RunContext context, Fit training)
{
    /// <summary>The file of a training's mean over the epochs that stochastic weight averaging adds.</summary>
    public const string SwaFile = "swa.onnx";

    private const string TrainedName = "trained";
    private readonly string _metric = Targets.BestMetricOf(context.Options);

    private bool IsFinal => training.Name == StagePlan.Final;

    /// <summary>The name of a candidate; null for what is exported where none is asked for.</summary>
    public static string NameOf(CandidateOptions? option) => option switch
    {
        null => TrainedName,
        FinalOptions => "final",
        BestOptions => "best",
        LastKOptions lastK => string.Create(CultureInfo.InvariantCulture, $"last_k {lastK.K}"),
        SwaOptions => "swa",
        EmaOptions ema => string.Create(CultureInfo.InvariantCulture, $"ema {ema.Decay:R}"),
        SoupOptions soup => $"soup {soup.Kind.ToString().ToLowerInvariant()}{(soup.Runs is { } runs ? string.Create(CultureInfo.InvariantCulture, $" of {runs.Count + 1} runs") : "")}",
        _ => throw new NotSupportedException($"no candidate for {option.GetType().Name}"),
    };

    /// <summary>The decays of the moving averages that training keeps.</summary>
    public static IReadOnlyList<double> Decays(PipelineOptions options) => [.. options.Average?.Candidates.OfType<EmaOptions>().Select(e => e.Decay).Distinct() ?? []];

    /// <summary>The folders of other runs whose weights are candidates' ingredients.</summary>
    public static IReadOnlyList<string> Runs(PipelineOptions options) => [.. options.Average?.Candidates.OfType<SoupOptions>().SelectMany(s => s.Runs ?? []).Distinct() ?? []];

    /// <summary>The weights that another run exported.</summary>
    public static string PathOf(RunContext context, string run) => Path.Combine(context.Config.Files.FindAny(run) ?? run, "averaged.onnx");

    /// <summary>The epochs, from 1, at whose ends the schedule's cycles end, within the whole training; none where it has no cycles of whole epochs.</summary>
    public static IReadOnlyList<int> CycleEnds(TrainOptions train)
    {
        var ends = new List<int>();
        int first = 0;
        foreach (PhaseOptions phase in train.AllPhases())
        {
            (double period, double growth) = phase.Schedule switch
            {
                CyclicOptions { Unit: StepUnit.Epoch, Warmup: 0 } o => (o.Period, 1.0),
                WarmRestartsOptions { Unit: StepUnit.Epoch, Warmup: 0 } o => (o.Period, o.Growth),
                _ => (0.0, 1.0),
            };
            for (double end = period; period > 0 && Math.Round(end) <= phase.Epochs; end += period)
            {
                ends.Add(first + (int)Math.Round(end));
                period *= growth;
            }

            first += phase.Epochs;
        }

        return ends;
    }

    /// <summary>The candidates that are asked for; of the final fit the one that the folds chose.</summary>
    public IEnumerable<Candidate> All()
    {
        IReadOnlyList<CandidateOptions?> wanted = context.Options.Average is { Candidates: { Count: > 0 } given } ? [.. given] : [null];
        return wanted.Where(o => !IsFinal || NameOf(o) == context.Choice!.Candidate).Select(Make);
    }

    private Candidate Make(CandidateOptions? option)
    {
        // The final fit has no validation rows to be best on: it was trained for as many epochs as the folds' best.
        Checkpoint checkpoint = !IsFinal && option is BestOptions ? training.Checkpoints.LoadBest() : option is null ? training.Ended : training.Last;
        return new Candidate(NameOf(option), checkpoint.State.Epoch, option switch
        {
            LastKOptions lastK => Averaged(Averaging.Mean(LastK(lastK.K))),
            SwaOptions => Averaged(ModelReader.Read(training.File(SwaFile)).Graph.Initializers),
            EmaOptions ema => Averaged(training.Graphs.MovingAverage(checkpoint.Tensors, Decays(context.Options).ToList().IndexOf(ema.Decay), checkpoint.State.Step)),
            SoupOptions soup => Soup(soup),
            _ => training.Graphs.ParametersIn(checkpoint.Tensors),
        });
    }

    private IReadOnlyDictionary<string, Tensor> Averaged(IReadOnlyDictionary<string, Tensor> parameters) => BatchStatistics.Estimate(
        training.Graphs, context.Runner, training.TrainRows, context.Options.Train.AllPhases()[^1].Rows(), training.Seed, parameters);

    private IReadOnlyList<IReadOnlyDictionary<string, Tensor>> LastK(int k)
    {
        long[] steps = [.. training.Checkpoints.Steps.TakeLast(k)];
        if (steps.Length < k)
        {
            context.Warn(StagePlan.InFit(training.Name, $"average.last_k: {k} checkpoints asked for, {steps.Length} are there: training stopped early"));
        }

        return [.. steps.Select(s => ParametersIn(training.Checkpoints.Load(s)))];
    }

    private IReadOnlyDictionary<string, Tensor> Soup(SoupOptions soup)
    {
        IReadOnlyList<IReadOnlyDictionary<string, Tensor>> ingredients = soup.Runs is { } runs
            ? [training.EndedParameters, .. runs.Select(OfRun)]
            : [.. soup.Kind == SoupKind.Greedy ? BestBefore(training.Checkpoints.Steps) : [], .. training.Checkpoints.Steps.Reverse().Select(s => ParametersIn(training.Checkpoints.Load(s)))];
        return Averaged(soup.Kind == SoupKind.Uniform ? Averaging.Mean(ingredients) : Averaging.GreedySoup(ingredients, Score).Soup);
    }

    // First, so that it is the one to begin with among those that are as good.
    private IEnumerable<IReadOnlyDictionary<string, Tensor>> BestBefore(IReadOnlyList<long> kept)
    {
        Checkpoint? best = training.Checkpoints.HasBest ? training.Checkpoints.LoadBest() : null;
        return best is null || kept.Contains(best.State.Step) ? [] : [ParametersIn(best)];
    }

    private double Score(IReadOnlyDictionary<string, Tensor> parameters)
    {
        double value = training.Evaluate(training.ValidationRows, Averaged(parameters)).Metrics[_metric];
        return Metrics.HigherIsBetter(_metric) ? value : -value;
    }

    private IReadOnlyDictionary<string, Tensor> OfRun(string run)
    {
        string path = PathOf(context, run);
        IReadOnlyDictionary<string, Tensor> parameters = ModelReader.Read(path).Graph.Initializers;
        foreach (Parameter own in training.Graphs.Parameters)
        {
            if (!parameters.TryGetValue(own.Name, out Tensor? tensor) || tensor.Type != own.Initial.Type || !tensor.Shape.SequenceEqual(own.Initial.Shape))
            {
                throw AnnealException.BadData($"'{own.Name}' is {(tensor is null ? "not there" : $"{tensor}")}, expected {own.Initial}", "a soup is of runs of the same model").In(path);
            }
        }

        return parameters.Count == training.Graphs.Parameters.Count
            ? parameters
            : throw AnnealException.BadData($"it has {parameters.Count} parameters, expected {training.Graphs.Parameters.Count}", "a soup is of runs of the same model").In(path);
    }

    private IReadOnlyDictionary<string, Tensor> ParametersIn(Checkpoint checkpoint) => training.Graphs.ParametersIn(checkpoint.Tensors);
}
