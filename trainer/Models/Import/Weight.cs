using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Models.Import;

/// <summary>A tensor of an imported file that training can change.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Value">Its value there.</param>
/// <param name="Decays">Whether weight decay applies to it.</param>
public sealed record Weight(string Name, Tensor Value, bool Decays)
{
    /// <summary>Whether it is a matrix with a row for each unit, as Gemm's <c>transB</c> takes.</summary>
    public bool IsTransposed { get; init; }
}
