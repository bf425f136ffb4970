namespace Anneal.Trainer.Execution;

/// <summary>Where a buffer's memory comes from.</summary>
internal enum PlanBufferKind
{
    /// <summary>The plan's arena.</summary>
    Arena,

    /// <summary>The tensor given for a run.</summary>
    Feed,

    /// <summary>The session's state.</summary>
    State,

    /// <summary>A constant of the graph.</summary>
    Constant,
}
