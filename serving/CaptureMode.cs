namespace Anneal.Serving;

/// <summary>Whether a training step is replayed as a captured graph of the device.</summary>
public enum CaptureMode
{
    /// <summary>No.</summary>
    Off,

    /// <summary>Where the device captures and nothing of the step keeps it from being captured.</summary>
    Auto,

    /// <summary>Yes; what keeps a step from being captured is an error.</summary>
    On,
}
