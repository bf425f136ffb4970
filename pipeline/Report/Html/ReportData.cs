using System.Text.Json.Nodes;
using Anneal.Pipeline.Report.Verdicts;
using Anneal.Pipeline.Runs;
using Anneal.Trainer.Loop;
using Anneal.Trainer.Monitors;

namespace Anneal.Pipeline.Report.Html;

/// <summary>All that <c>report.html</c> shows; its script draws it.</summary>
internal sealed record ReportData
{
    public required string Pipeline { get; init; }

    public required string Run { get; init; }

    public required string Status { get; init; }

    public required string Created { get; init; }

    public required string Code { get; init; }

    public required string Engine { get; init; }

    public required IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> Metrics { get; init; }

    /// <summary>Why the run failed, if it did.</summary>
    public string? Error { get; init; }

    public IReadOnlyList<GateSummary> Gates { get; init; } = [];

    /// <summary>The other forms of the model; empty where none were asked for.</summary>
    public IReadOnlyList<VariantRecord> Variants { get; init; } = [];

    public IReadOnlyList<string> Warnings { get; init; } = [];

    public IReadOnlyList<Verdict> Verdicts { get; init; } = [];

    /// <summary>What the checks before training found; null when there were none.</summary>
    public JsonNode? Preflight { get; init; }

    /// <summary>What the data is like; null when nobody looked.</summary>
    public JsonNode? DataReport { get; init; }

    /// <summary>Step, loss and rate of each logged step.</summary>
    public IReadOnlyList<double[]> Steps { get; init; } = [];

    public IReadOnlyList<EpochRecord> Epochs { get; init; } = [];

    public IReadOnlyList<MonitorRecord> Monitors { get; init; } = [];

    /// <summary>What the model answered to the same rows over time; null where nothing was recorded.</summary>
    public PredictionsReport? Predictions { get; init; }

    /// <summary>The first layer's weights, as an image.</summary>
    public string? Filters { get; init; }

    public AnswerReport? Answers { get; init; }

    /// <summary>What the folds gave; null without folds.</summary>
    public FoldsReport? Folds { get; init; }

    /// <summary>What competed for export, by training.</summary>
    public IReadOnlyList<Tournament> Tournaments { get; init; } = [];

    /// <summary>What the ensemble gave; null where there is none.</summary>
    public EnsembleRecord? Ensemble { get; init; }

    public IReadOnlyList<Value> Config { get; init; } = [];

    public IReadOnlyList<Fact> Environment { get; init; } = [];

    public IReadOnlyList<Timing> Stages { get; init; } = [];

    /// <summary>The candidates of a training; its name is empty where there is one.</summary>
    internal sealed record Tournament(string Training, IReadOnlyList<CandidateRecord> Candidates);

    /// <summary>A value of the configuration.</summary>
    internal sealed record Value(string Path, string Text, string Origin, string Doc);

    /// <summary>A fact about where the run took place.</summary>
    internal sealed record Fact(string Name, string Value);

    /// <summary>A stage's time.</summary>
    internal sealed record Timing(string Name, double Seconds, string Note);
}
