namespace Anneal.Pipeline.Runs;

/// <summary>What <c>run</c> and <c>check</c> are asked to do.</summary>
internal sealed record RunRequest
{
    /// <summary>The pipelines file.</summary>
    public required string ConfigPath { get; init; }

    /// <summary>The pipeline's name; null for the file's first.</summary>
    public string? Pipeline { get; init; }

    /// <summary>Values that replace the file's, as <c>key.path=value</c>.</summary>
    public IReadOnlyList<string> Sets { get; init; } = [];

    /// <summary>cpu, cuda or auto; null for the file's choice.</summary>
    public string? Device { get; init; }

    /// <summary>simd or ort; null for the file's choice.</summary>
    public string? Engine { get; init; }

    /// <summary>auto, on or off; null for the file's choice.</summary>
    public string? Capture { get; init; }

    /// <summary>Threads; null for the file's choice.</summary>
    public int? Threads { get; init; }

    /// <summary>The model that training goes on from, where that of another pipeline is known already: that of a resumed run.</summary>
    public string? BaseModel { get; init; }

    /// <summary>The pipelines that wait for this one's model, outermost first.</summary>
    public IReadOnlyList<string> Waiting { get; init; } = [];

    /// <summary>The last stage to run; null for all.</summary>
    public string? Until { get; init; }

    /// <summary>Whether stages with an unchanged key are run again.</summary>
    public bool Fresh { get; init; }

    /// <summary>The run's folder; null for the one that belongs to the pipeline.</summary>
    public string? OutFolder { get; init; }

    /// <summary>Where data files are looked for beside the configuration's folder: the original one of a resumed run.</summary>
    public string? DataFolder { get; init; }
}
