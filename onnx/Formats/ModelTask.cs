namespace Anneal.Onnx.Formats;

/// <summary>What a deployable model answers.</summary>
public enum ModelTask
{
    /// <summary>One class out of several: probabilities and a decision.</summary>
    Classification,

    /// <summary>A number.</summary>
    Regression,
}
