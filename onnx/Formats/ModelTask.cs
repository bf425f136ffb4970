namespace Anneal.Onnx.Formats;

/// <summary>What a deployable model answers.</summary>
public enum ModelTask
{
    /// <summary>One class out of several: probabilities and a decision.</summary>
    Classification,

    /// <summary>One class out of two: the probability of class 1 and a decision.</summary>
    Binary,

    /// <summary>Any of several labels: a probability and a decision of each.</summary>
    Multilabel,

    /// <summary>Numbers.</summary>
    Regression,
}
