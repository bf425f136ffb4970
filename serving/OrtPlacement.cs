namespace Anneal.Serving;

/// <summary>How ONNX Runtime runs a training step: where its nodes went, what is copied between devices, how its state is replaced.</summary>
/// <param name="Engine">The engine's name, such as <c>ort-cpu</c>.</param>
/// <param name="Precision">What products and activations are computed in, such as <c>float</c>.</param>
/// <param name="Nodes">The number of nodes by provider, in the first step.</param>
/// <param name="Fallback">Nodes that the asked-for device has no kernel for and that ran on the CPU, as <c>name (op)</c>.</param>
/// <param name="Memcpy">Copies between devices in a step.</param>
/// <param name="InPlace">States that are replaced in place, since every read precedes the write.</param>
/// <param name="TwoBuffers">States that have two buffers in turn, since nothing orders a read before the write.</param>
/// <param name="Captured">Whether the step is replayed as one captured graph of the device.</param>
/// <param name="NotCaptured">Why it is not; null where it is.</param>
public sealed record OrtPlacement(
    string Engine,
    string Precision,
    IReadOnlyDictionary<string, int> Nodes,
    IReadOnlyList<string> Fallback,
    int Memcpy,
    int InPlace,
    int TwoBuffers,
    bool Captured,
    string? NotCaptured);
