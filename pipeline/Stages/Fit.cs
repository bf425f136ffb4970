using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Config;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Report;
using Anneal.Pipeline.Runs;
using Anneal.Serving.Validation;
using Anneal.Trainer.Data;
using Anneal.Trainer.Loop;
using Anneal.Trainer.Models;

namespace Anneal.Pipeline.Stages;

/// <summary>One training of a run: its rows, graphs and files. Each part is made when a stage first asks for it, so that a cached run loads nothing.</summary>
internal sealed class Fit
{
    private const int MostTrainRows = 10_000;
    private readonly RunContext _context;
    private readonly Lazy<PreparedData> _data;
    private readonly Lazy<IReadOnlyList<TrainingGraphs>> _phases;
    private readonly Lazy<(RowSet Train, RowSet Validation)> _trainingRows;
    private readonly Lazy<RowSet> _testRows;
    private Evaluation? _judged;

    /// <summary>Prepares a training.</summary>
    /// <param name="context">The run.</param>
    /// <param name="name">Its name among <see cref="StagePlan.Fits"/>.</param>
    public Fit(RunContext context, string name)
    {
        _context = context;
        Name = name;
        Config = name == StagePlan.Student && context.Options.Ensemble!.Distill!.Model is { } student ? context.Config.ForStudent(student) : context.Config;
        Seed = StagePlan.SeedOf(name) ?? (ulong)context.Options.Seed;
        _data = new Lazy<PreparedData>(() => context.Data.Prepare(
            name == StagePlan.Final ? context.Data.Plan.TrainAndValidation : context.Data.Plan.Of(StagePlan.FoldOf(name) ?? context.Data.Plan.Folds[0].Name),
            Config));
        _phases = new Lazy<IReadOnlyList<TrainingGraphs>>(() => ModelGraphs.Phases(Config, Data, Spec));
        _trainingRows = new Lazy<(RowSet, RowSet)>(Load);
        _testRows = new Lazy<RowSet>(() => Data.TestSet(context.Runner));
        Directory.CreateDirectory(File(""));
        Checkpoints = new CheckpointStore(File("checkpoints"));
    }

    /// <summary>Its name; empty where it is the run's only one.</summary>
    public string Name { get; }

    /// <summary>The pipeline; of a student with a network of its own, with that in the place of the model, which may go on from a file.</summary>
    public LoadedConfig Config { get; }

    /// <summary>The seed of its first weights, order and random masks.</summary>
    public ulong Seed { get; }

    public CheckpointStore Checkpoints { get; }

    public PreparedData Data => _data.Value;

    /// <summary>The graphs of the first phase; those of the others differ in the step.</summary>
    public TrainingGraphs Graphs => Phases[0];

    public IReadOnlyList<TrainingGraphs> Phases => _phases.Value;

    /// <summary>What is trained: the pipeline's model, or the student of its ensemble.</summary>
    public ModelSpec Spec => Name == StagePlan.Student ? ModelSpec.OfStudent(Config, Data, Seed) : ModelSpec.Of(Config, Data) with { Seed = Seed };

    /// <summary>The graphs of the epochs that stochastic weight averaging adds.</summary>
    public TrainingGraphs SwaGraphs => ModelGraphs.Of(
        Config,
        Data,
        Spec with { Seed = Onnx.Kernels.CounterRandom.Key(Spec.Seed, "swa") },
        TrainingOptions.UpdateOf(Config, _context.Options.Train.AllPhases()[^1], Data.AheadWeights) with { AverageDecays = [] },
        dropout: true);

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

    /// <summary>The rows trained on that figures of them are taken over, as a step takes them: all, or 10,000 drawn by the seed.</summary>
    public RowSet TrainSample => TrainRows.Sample(MostTrainRows, Seed);

    /// <summary>The same rows, raw.</summary>
    public RowSet RawTrainSample => Data.RawSet(Part.Train).Sample(MostTrainRows, Seed);

    /// <summary>How many rows that is; null where it is all.</summary>
    public SampleSize? TrainSampleSize => Data.Split.Train.Length is var all && all > MostTrainRows ? new SampleSize(MostTrainRows, all) : null;

    /// <summary>The part that what is exported is judged by: the test rows where there are any, else those held out, else those trained on.</summary>
    public string JudgedPart => _context.Data.TestRows.Length > 0 ? Part.Test : HasValidation ? Part.Validation : Part.Train;

    /// <summary>Whether there are rows that what is exported was not trained on: of all folds together there are none.</summary>
    public bool HasValidation => Data.Split.Validation.Length > 0 && _context.Options.Ensemble is not { Members: FoldMembersOptions, Distill: null };

    /// <summary>What the exported model answers on the rows of that part: the ensemble where there is one, else the parameters that won.</summary>
    public Evaluation Judged
    {
        get => _judged ??= _context.ExportedEnsemble is { } ensemble ? Evaluate(ensemble, JudgedPart) : Evaluate(Rows(JudgedPart), AveragedParameters);
        set => _judged = value;
    }

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

    /// <summary>The rows of a part as the exported file is validated on them, without answers to compare with.</summary>
    /// <param name="part">test, validation or train.</param>
    public ValidationSet SetOf(string part)
    {
        (IReadOnlyDictionary<string, Tensor> feeds, Tensor truth) = RawRows(part);
        TargetSpec target = Data.Target;
        return new ValidationSet(target.Answers, feeds, new Dictionary<string, Tensor>(StringComparer.Ordinal), truth)
        {
            Threshold = target.Threshold,
            ClassNames = _context.Data.AnswerNames,
            Metrics = target.Metrics,
            LossMetric = target.LossMetric,
        };
    }

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

    /// <summary>The newest checkpoint.</summary>
    public Checkpoint Last => Checkpoints.Latest() ?? throw AnnealException.BadData($"{File("")}: there is no checkpoint", "run again with --fresh");

    /// <summary>The checkpoint that training ended with: the best where it stops early, which the final fit has no rows for; else the newest.</summary>
    public Checkpoint Ended => Name != StagePlan.Final && _context.Options.Train.EarlyStopping is not null ? Checkpoints.LoadBest() : Last;

    /// <summary>The parameters that training ended with.</summary>
    public IReadOnlyDictionary<string, Tensor> EndedParameters => Graphs.ParametersIn(Ended.Tensors);

    /// <summary>How many of a row's elements are augmented, where rows are of a table.</summary>
    public int? AugmentWidth => _context.Data.Columns.Count > 0 ? Data.Fitted.Numbers : null;

    /// <summary>The parameters that compete for export, written by the averaging stage.</summary>
    public IReadOnlyDictionary<string, Tensor> AveragedParameters => ModelReader.Read(File("averaged.onnx")).Graph.Initializers;

    /// <summary>Writes the parameters that compete for export.</summary>
    public void WriteAveraged(IReadOnlyDictionary<string, Tensor> parameters)
    {
        ModelWriter.Write(Model.Holding("averaged", parameters), File("averaged.onnx"));
        _judged = null;
    }

    /// <summary>Evaluates parameters on rows.</summary>
    public Evaluation Evaluate(RowSet rows, IReadOnlyDictionary<string, Tensor> parameters) => Evaluate(Graphs, rows, parameters);

    /// <summary>Evaluates a model that holds its parameters.</summary>
    /// <param name="deployed">Raw rows to answers.</param>
    /// <param name="part">test, validation or train.</param>
    public Evaluation Evaluate(Graph deployed, string part) => Evaluate(deployed, Data.RawSet(part));

    /// <summary>What the exported model takes and answers.</summary>
    public ModelSignature Signature => Signatures.Of(_context.Config, _context.Data, Data.Target);

    /// <summary>The graph of the exported model, without its parameters.</summary>
    /// <param name="temperature">What its logits are divided by.</param>
    public Graph InferenceAt(double temperature) => ModelGraphs.Inference(Config, Data, Spec with { Target = Spec.Target with { Temperature = temperature } });

    /// <summary>What the exported model answers to rows of the training table, by output name.</summary>
    /// <param name="rows">Their numbers in the table.</param>
    /// <param name="temperature">What the logits are divided by.</param>
    public IReadOnlyDictionary<string, Tensor> AnswersTo(int[] rows, double temperature) => _context.ExportedEnsemble is { } ensemble
        ? Evaluate(ensemble, Data.RawSet(rows)).Outputs
        : AnswersAt(TrainRows with { Rows = rows }, temperature);

    /// <summary>What the exported model answers on the rows that it is judged by, by output name.</summary>
    /// <param name="temperature">What the logits are divided by.</param>
    public IReadOnlyDictionary<string, Tensor> JudgedAnswers(double temperature) => temperature == 1 ? Judged.Outputs : AnswersAt(Rows(JudgedPart), temperature);

    private IReadOnlyDictionary<string, Tensor> AnswersAt(RowSet rows, double temperature)
    {
        TrainingGraphs graphs = temperature == 1
            ? Graphs
            : ModelGraphs.Of(Config, Data, Spec with { Target = Spec.Target with { Temperature = temperature } }, Graphs.Update, dropout: false);
        return Evaluate(graphs, rows, AveragedParameters).Outputs;
    }

    private Evaluation Evaluate(TrainingGraphs graphs, RowSet rows, IReadOnlyDictionary<string, Tensor> parameters)
    {
        using var evaluator = new Evaluator(graphs, _context.Runner, rows);
        return evaluator.Evaluate(parameters);
    }

    /// <summary>Evaluates a model that holds its parameters.</summary>
    /// <param name="deployed">Raw rows to answers.</param>
    /// <param name="rows">The raw rows.</param>
    public Evaluation Evaluate(Graph deployed, RowSet rows)
    {
        using var evaluator = new Evaluator(deployed, [.. _context.Data.Train.Features.Select(f => f.Name)], Data.Target, _context.Runner, rows);
        return evaluator.Evaluate(new Dictionary<string, Tensor>(StringComparer.Ordinal));
    }

    /// <summary>The first layer's weights as images, where its input is one.</summary>
    public Picture? FiltersOf(IReadOnlyDictionary<string, Tensor> parameters)
    {
        Parameter? first = Graphs.Parameters.FirstOrDefault(p => p.IsTrained && p.Initial.Rank is 2 or 4);
        return first is null || TrainRows.Features.Count != 1 ? null : RowPictures.Filters(parameters[first.Name], TrainRows.Features[0].Shape[1..]);
    }

    // The teacher's answers to the training rows are a batch input like any other; no other row has one.
    private (RowSet Train, RowSet Validation) Load()
    {
        (RowSet train, RowSet validation) = Data.TrainingRows(_context.Runner);
        if (Name != StagePlan.Student)
        {
            return (train, validation);
        }

        Tensor answers = Evaluate(_context.Ensemble, Part.Train).Answers.Scores;
        Tensor teacher = Tensor.Zeros(DType.Float, _context.Data.Train.Rows, answers.Shape[1]);
        for (int i = 0; i < train.Rows.Length; i++)
        {
            answers.Rows(i, 1).CopyTo(teacher.Rows(train.Rows[i], 1));
        }

        return (train with { Features = [.. train.Features, teacher] }, validation);
    }
}
