namespace Anneal.Onnx.Kernels;

/// <summary>The compiled work of one node: reads and writes the slots that it was made with.</summary>
/// <param name="team">The threads to work on.</param>
public delegate void Kernel(Team team);
