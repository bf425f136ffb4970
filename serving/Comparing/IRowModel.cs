using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.Comparing;

/// <summary>A model on an engine, asked row by row or many rows at once.</summary>
public interface IRowModel
{
    /// <summary>What it is called in reports.</summary>
    string Name { get; }

    /// <summary>The inputs, each with a row in its first dimension.</summary>
    IReadOnlyList<ValueInfo> Inputs { get; }

    /// <summary>The outputs, likewise.</summary>
    IReadOnlyList<ValueInfo> Outputs { get; }

    /// <summary>Answers some rows.</summary>
    /// <param name="feeds">A tensor per input.</param>
    /// <returns>A tensor per output, with as many rows.</returns>
    /// <exception cref="AnnealException">A feed does not fit the model.</exception>
    Tensor[] Answer(Tensor[] feeds);
}
