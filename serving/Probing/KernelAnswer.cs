namespace Anneal.Serving.Probing;

/// <summary>Whether a provider runs an op for a type.</summary>
/// <param name="Op">The standard op, at opset 18.</param>
/// <param name="Type">The element type of the inputs that are probed.</param>
/// <param name="Runs">Whether a node of it ran there.</param>
/// <param name="Problem">What the runtime said where it did not; null where it did.</param>
public sealed record KernelAnswer(string Op, string Type, bool Runs, string? Problem);
