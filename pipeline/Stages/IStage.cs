namespace Anneal.Pipeline.Stages;

/// <summary>A stage of a pipeline.</summary>
internal interface IStage
{
    /// <summary>The stage's name.</summary>
    string Name { get; }

    /// <summary>The name of the fold that it trains; null for any other stage.</summary>
    string? Fold => null;

    /// <summary>Whether it finds the run's metrics.</summary>
    bool GivesMetrics => false;

    /// <summary>All that the result follows from beside the stages before: options, files, code; by a name that is printed when one changes.</summary>
    /// <param name="context">The run.</param>
    /// <returns>Names and texts.</returns>
    IReadOnlyDictionary<string, string> Inputs(RunContext context);

    /// <summary>Whether the result of an earlier run is still there.</summary>
    /// <param name="context">The run.</param>
    /// <returns>False when a file is missing.</returns>
    bool IsThere(RunContext context);

    /// <summary>Runs the stage.</summary>
    /// <param name="context">The run.</param>
    /// <returns>What it did, in a line.</returns>
    /// <exception cref="Onnx.AnnealException">It failed.</exception>
    /// <exception cref="OperationCanceledException">It was interrupted with its state saved.</exception>
    string Run(RunContext context);
}
