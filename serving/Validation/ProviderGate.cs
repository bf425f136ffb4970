namespace Anneal.Serving.Validation;

/// <summary>Every node runs on the device that was asked for, as ONNX Runtime's own profile of a run tells: nothing fell back silently.</summary>
public sealed class ProviderGate : IGate
{
    /// <inheritdoc/>
    public string Name => "provider";

    /// <inheritdoc/>
    public GateResult Check(ValidationContext context)
    {
        OrtProfile profile = context.Model.Profile(SampleRows.Of(context.Set, SampleRows.Batch).Feeds);
        IReadOnlyList<string> elsewhere = profile.Fallback(context.Model.Options.Device);
        string nodes = string.Join(", ", profile.ByProvider.Select(p => $"{p.Value} nodes on {p.Key}"));
        string detail = elsewhere.Count == 0 ? nodes : $"{nodes}; not where they were asked for: {string.Join(", ", elsewhere)}";
        return new GateResult(Name, elsewhere.Count == 0, elsewhere.Count, 0, detail);
    }
}
