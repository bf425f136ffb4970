using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Config;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Plan;
using Anneal.Pipeline.Runs;
using Anneal.Serving;
using Anneal.Trainer.Data;
using Anneal.Trainer.Execution;
using Anneal.Trainer.Loop;
using Anneal.Trainer.Models;

namespace Anneal.Pipeline.Stages;

/// <summary>What the stages of a run share; each part is made when a stage first asks for it, so that a cached run loads nothing.</summary>
internal sealed class RunContext : IDisposable
{
    private readonly Lazy<PreparedData> _data;
    private readonly Lazy<TrainingGraphs> _graphs;
    private readonly Lazy<IGraphRunner> _runner;
    private readonly Lazy<(RowSet Train, RowSet Validation)> _trainingRows;
    private readonly Lazy<RowSet> _testRows;

    /// <summary>Prepares a run.</summary>
    public RunContext(LoadedConfig config, IReadOnlyList<string> fileHashes, RunFolder folder, RunRequest request, IRunOutput output, CancellationToken cancel)
    {
        Config = config;
        FileHashes = fileHashes;
        Folder = folder;
        Output = output;
        Cancel = cancel;
        Threads = request.Threads ?? config.Options.Train.Threads ?? Environment.ProcessorCount;
        _data = new Lazy<PreparedData>(() => PreparedData.Load(config));
        _runner = new Lazy<IGraphRunner>(() => RunnerOf(config.Options.Train.Engine, request.Device));
        _graphs = new Lazy<TrainingGraphs>(() => GraphsOf(config, Data));
        _trainingRows = new Lazy<(RowSet, RowSet)>(() => Data.TrainingRows(Runner));
        _testRows = new Lazy<RowSet>(() => Data.TestSet(Runner));
        Checkpoints = new CheckpointStore(folder.File("checkpoints"));
    }

    public LoadedConfig Config { get; }

    /// <summary>The hash of each data file, in the order of <see cref="Sources.Files"/>.</summary>
    public IReadOnlyList<string> FileHashes { get; }

    public PipelineOptions Options => Config.Options;

    public RunFolder Folder { get; }

    public IRunOutput Output { get; }

    public CancellationToken Cancel { get; }

    public int Threads { get; }

    public CheckpointStore Checkpoints { get; }

    public PreparedData Data => _data.Value;

    public TrainingGraphs Graphs => _graphs.Value;

    public IGraphRunner Runner => _runner.Value;

    public RowSet TrainRows => _trainingRows.Value.Train;

    public RowSet ValidationRows => _trainingRows.Value.Validation;

    public RowSet TestRows => _testRows.Value;

    /// <summary>Metrics by part, as the stages find them.</summary>
    public SortedDictionary<string, IReadOnlyDictionary<string, double>> Metrics { get; } = new(StringComparer.Ordinal);

    /// <summary>The warnings so far, for the run's record.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>Prints a warning and keeps it for the run's record.</summary>
    public void Warn(string text)
    {
        Warnings.Add(text);
        Output.Warn(text);
    }

    /// <summary>The exported parameters, written by the averaging stage.</summary>
    public IReadOnlyDictionary<string, Tensor> AveragedParameters => ModelReader.Read(Folder.File("averaged.onnx")).Graph.Initializers;

    /// <summary>Writes the exported parameters.</summary>
    public void WriteAveraged(IReadOnlyDictionary<string, Tensor> parameters) => ModelWriter.Write(
        Model.Holding("averaged", parameters),
        Folder.File("averaged.onnx"));

    /// <summary>The graphs of a pipeline's model.</summary>
    public static TrainingGraphs GraphsOf(LoadedConfig config, PreparedData data) => TrainingGraphs.Build(
        NetworkBuilder.Build(config.Options.Model, data.Target.Outputs, config.OriginOf, data.Fitted.Embedded),
        data.InStep,
        data.Fitted.Graph,
        data.Target,
        TrainingOptions.OptimizerOf(config.Options.Train),
        (ulong)config.Options.Seed);

    /// <summary>Evaluates parameters on rows.</summary>
    public Evaluation Evaluate(RowSet rows, IReadOnlyDictionary<string, Tensor> parameters)
    {
        using var evaluator = new Evaluator(Graphs, Runner, rows);
        return evaluator.Evaluate(parameters);
    }

    /// <summary>The hash of the resolved configuration that the exported file follows from.</summary>
    public string ConfigHash => StageKey.Of(Config.KeyText("task", "seed", "data", "augment", "model", "loss", "metrics", "train", "average", "export"));

    public void Dispose()
    {
        if (_runner.IsValueCreated)
        {
            (_runner.Value as IDisposable)?.Dispose();
        }
    }

    private IGraphRunner RunnerOf(EngineKind engine, string device)
    {
        if (engine == EngineKind.Simd)
        {
            return device == "cuda"
                ? throw AnnealException.BadUsage("the SIMD engine runs on the CPU, not on CUDA", "add --engine ort, or leave --device out")
                : new SimdRunner(Threads);
        }

        string? missing = device == "auto" ? OrtInfo.Problem(OrtDevice.Cuda) : null;
        OrtDevice chosen = device == "cuda" || (device == "auto" && missing is null) ? OrtDevice.Cuda : OrtDevice.Cpu;
        if (device == "auto")
        {
            Output.Line($"device   {chosen.ToString().ToLowerInvariant()}{(missing is null ? "" : $": {missing}")}");
        }

        return new OrtRunner(new OrtOptions { Device = chosen, Threads = Threads });
    }
}
