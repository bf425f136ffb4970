namespace Anneal.Serving.Validation;

/// <summary>How a value is held against a limit.</summary>
public enum Comparison
{
    /// <summary>value ≥ limit.</summary>
    AtLeast,

    /// <summary>value ≤ limit.</summary>
    AtMost,

    /// <summary>value &gt; limit.</summary>
    Above,

    /// <summary>value &lt; limit.</summary>
    Below,
}
