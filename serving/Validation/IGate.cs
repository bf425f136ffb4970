namespace Anneal.Serving.Validation;

/// <summary>A condition that a model must meet before it is used.</summary>
public interface IGate
{
    /// <summary>The gate's name in the report.</summary>
    string Name { get; }

    /// <summary>Checks the condition.</summary>
    /// <param name="context">The model's answers and what they are compared with.</param>
    /// <returns>The outcome.</returns>
    /// <exception cref="AnnealException">What the gate needs is not there.</exception>
    GateResult Check(ValidationContext context);
}
