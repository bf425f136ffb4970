using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Formats;

/// <summary>Rows as they are read, in the form in which a model takes them.</summary>
public static class RawRows
{
    /// <summary>Puts columns side by side and images in the model's layout, as the signature says.</summary>
    /// <param name="signature">The model's signature.</param>
    /// <param name="read">The rows by column, or the one array by any name.</param>
    /// <returns>The rows by input name; tensors that fit as they are stay the same.</returns>
    /// <exception cref="AnnealException">A column that the model needs is not there.</exception>
    public static IReadOnlyDictionary<string, Tensor> Feeds(ModelSignature signature, IReadOnlyDictionary<string, Tensor> read)
    {
        if (signature.Layout != ImageLayout.AsRead)
        {
            return read.ToDictionary(r => r.Key, r => InLayout(r.Value, signature.Layout), StringComparer.Ordinal);
        }

        return Joined(signature) is not null
            ? signature.Inputs.ToDictionary(i => i.Name, i => Join([.. i.Columns.Select(c => read.GetValueOrDefault(c) ?? throw AnnealException.BadData($"the model needs column '{c}'"))]), StringComparer.Ordinal)
            : read;
    }

    /// <summary>The input that is made of columns, where the model does not take each column by its own name.</summary>
    /// <param name="signature">The model's signature.</param>
    /// <returns>The input; null where inputs are columns, or no columns at all.</returns>
    public static SignatureInput? Joined(ModelSignature signature) => signature.Inputs.FirstOrDefault(i => i.Columns.Length != 1 || i.Columns[0] != i.Name);

    private static Tensor InLayout(Tensor images, ImageLayout layout)
    {
        int[] shape = images.Shape.ToArray();
        if (images.Rank == 3)
        {
            return images.Reshape(layout == ImageLayout.Nchw ? [shape[0], 1, shape[1], shape[2]] : [shape[0], shape[1], shape[2], 1]);
        }

        return layout == ImageLayout.Nchw ? images : Run("Transpose", Attributes.Of(("perm", new long[] { 0, 2, 3, 1 })), images);
    }

    private static Tensor Join(Tensor[] columns) => columns.Length == 1 ? columns[0] : Run("Concat", Attributes.Of(("axis", 1L)), columns);

    private static Tensor Run(string op, Attributes attributes, params Tensor[] inputs) =>
        Evaluator.Run(new Node(op, "", op, [.. inputs.Select((_, i) => $"x{i}")], ["y"], attributes, Origin.None), inputs)[0]!;
}
