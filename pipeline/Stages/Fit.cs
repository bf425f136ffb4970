using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Report;
using Anneal.Trainer.Data;
using Anneal.Trainer.Loop;
using Anneal.Trainer.Models;

namespace Anneal.Pipeline.Stages;

/// <summary>One training of a run: its rows, graphs and files. Each part is made when a stage first asks for it, so that a cached run loads nothing.</summary>
internal sealed class Fit
{
    private readonly RunContext _context;
    private readonly Lazy<PreparedData> _data;
    private readonly Lazy<IReadOnlyList<TrainingGraphs>> _phases;
    private readonly Lazy<(RowSet Train, RowSet Validation)> _trainingRows;
    private readonly Lazy<RowSet> _testRows;

    /// <summary>Prepares a training.</summary>
    /// <param name="context">The run.</param>
    /// <param name="name">Its name among <see cref="StagePlan.Fits"/>.</param>
    public Fit(RunContext context, string name)
    {
        _context = context;
        Name = name;
        _data = new Lazy<PreparedData>(() => context.Data.Prepare(
            name == StagePlan.Final ? context.Data.Plan.TrainAndValidation : context.Data.Plan.Of(name.Length == 0 ? context.Data.Plan.Folds[0].Name : StagePlan.FoldOf(name)!)));
        _phases = new Lazy<IReadOnlyList<TrainingGraphs>>(() => RunContext.PhasesOf(context.Config, Data));
        _trainingRows = new Lazy<(RowSet, RowSet)>(() => Data.TrainingRows(context.Runner));
        _testRows = new Lazy<RowSet>(() => Data.TestSet(context.Runner));
        Directory.CreateDirectory(File(""));
        Checkpoints = new CheckpointStore(File("checkpoints"));
    }

    /// <summary>Its name; empty where it is the run's only one.</summary>
    public string Name { get; }

    public CheckpointStore Checkpoints { get; }

    public PreparedData Data => _data.Value;

    /// <summary>The graphs of the first phase; those of the others differ in the step.</summary>
    public TrainingGraphs Graphs => Phases[0];

    public IReadOnlyList<TrainingGraphs> Phases => _phases.Value;

    public RowSet TrainRows => _trainingRows.Value.Train;

    public RowSet ValidationRows => _trainingRows.Value.Validation;

    public RowSet TestRows => _testRows.Value;

    /// <summary>The rows of a part.</summary>
    /// <param name="part">test, validation or train.</param>
    public RowSet Rows(string part) => part switch
    {
        Part.Test => TestRows,
        Part.Validation => ValidationRows,
        _ => TrainRows,
    };

    /// <summary>Raw rows by input name, as the exported model takes them, with the truth.</summary>
    /// <param name="part">test, validation or train.</param>
    public (IReadOnlyDictionary<string, Tensor> Feeds, Tensor Truth) RawRows(string part)
    {
        (IReadOnlyDictionary<string, Tensor> feeds, Tensor truth) = Data.RawRows(part);
        return (Onnx.Formats.RawRows.Feeds(Signature, feeds), truth);
    }

    /// <summary>Raw rows of the training table by input name, as the exported model takes them.</summary>
    /// <param name="rows">Their numbers in the table.</param>
    public IReadOnlyDictionary<string, Tensor> RawRows(int[] rows) => Onnx.Formats.RawRows.Feeds(Signature, Data.RawRows(rows));

    /// <summary>Rows spread evenly over those trained on.</summary>
    /// <param name="count">How many, at most.</param>
    /// <returns>Their numbers in the training table, in order.</returns>
    public int[] TrainRowsSpread(int count)
    {
        int[] all = Data.Split.Train;
        int taken = Math.Min(count, all.Length);
        return [.. Enumerable.Range(0, taken).Select(i => all[(int)((long)i * all.Length / taken)])];
    }

    /// <summary>The path of one of its files.</summary>
    public string File(string name) => Path.Combine(_context.Folder.File(Name), name);

    /// <summary>The parameters that compete for export, written by the averaging stage.</summary>
    public IReadOnlyDictionary<string, Tensor> AveragedParameters => ModelReader.Read(File("averaged.onnx")).Graph.Initializers;

    /// <summary>Writes the parameters that compete for export.</summary>
    public void WriteAveraged(IReadOnlyDictionary<string, Tensor> parameters) => ModelWriter.Write(Model.Holding("averaged", parameters), File("averaged.onnx"));

    /// <summary>Evaluates parameters on rows.</summary>
    public Evaluation Evaluate(RowSet rows, IReadOnlyDictionary<string, Tensor> parameters)
    {
        using var evaluator = new Evaluator(Graphs, _context.Runner, rows);
        return evaluator.Evaluate(parameters);
    }

    /// <summary>What the exported model takes and answers.</summary>
    public ModelSignature Signature => Signatures.Of(_context.Config, _context.Data, Data.Target);

    /// <summary>The graph of the exported model, without its parameters.</summary>
    /// <param name="temperature">What its logits are divided by.</param>
    public Graph InferenceAt(double temperature) => RunContext.InferenceOf(_context.Config, Data, Data.Target with { Temperature = temperature });

    /// <summary>Evaluates what is exported on rows.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="temperature">What the logits are divided by.</param>
    public Evaluation EvaluateExported(RowSet rows, double temperature)
    {
        if (temperature == 1)
        {
            return Evaluate(rows, AveragedParameters);
        }

        TrainingGraphs calibrated = RunContext.GraphsOf(_context.Config, Data, Graphs.Target with { Temperature = temperature }, Graphs.Update, dropout: false);
        using var evaluator = new Evaluator(calibrated, _context.Runner, rows);
        return evaluator.Evaluate(AveragedParameters);
    }

    /// <summary>The first layer's weights as images, where its input is one.</summary>
    public Picture? FiltersOf(IReadOnlyDictionary<string, Tensor> parameters)
    {
        Parameter? first = Graphs.Parameters.FirstOrDefault(p => p.IsTrained && p.Initial.Rank is 2 or 4);
        return first is null || TrainRows.Features.Count != 1 ? null : RowPictures.Filters(parameters[first.Name], TrainRows.Features[0].Shape[1..]);
    }
}
