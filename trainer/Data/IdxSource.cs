using Anneal.Onnx.Formats;
using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Data;

/// <summary>Two IDX files, raw or gzipped.</summary>
/// <param name="Features">The file of inputs, one item a row.</param>
/// <param name="Labels">The file of labels, one a row.</param>
public sealed record IdxSource(string Features, string Labels) : ArraySource(Features, Labels)
{
    private protected override Tensor Read(string path) => IdxReader.Read(path);
}
