namespace Anneal.Onnx;

/// <summary>What a command's exit code says.</summary>
public enum ExitCode
{
    /// <summary>Done.</summary>
    Done = 0,

    /// <summary>A gate or a check failed.</summary>
    GateFailed = 1,

    /// <summary>The command line or the configuration is wrong.</summary>
    Usage = 2,

    /// <summary>A data or model file is wrong.</summary>
    Data = 3,

    /// <summary>Interrupted, with the state saved.</summary>
    Interrupted = 130,
}
