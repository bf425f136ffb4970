using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving;

/// <summary>The sizes of a model's outputs as far as its inputs' sizes tell them: each symbol of an output must be one of an input.</summary>
internal sealed class OutputShapes
{
    private readonly (int Feed, int Axis, int Symbol)[] _axes;
    private readonly string[] _symbols;
    private readonly int[] _sizes;
    private readonly (int Size, int Symbol)[]?[] _outputs;
    private readonly int[]?[] _shapes;
    private readonly IReadOnlyList<ValueInfo> _feeds;

    public OutputShapes(IReadOnlyList<ValueInfo> feeds, IReadOnlyList<ValueInfo> fetches)
    {
        _feeds = feeds;
        var symbols = new List<string>();
        var axes = new List<(int, int, int)>();
        for (int i = 0; i < feeds.Count; i++)
        {
            TensorShape shape = feeds[i].Type.Shape ?? TensorShape.Scalar;
            for (int axis = 0; axis < shape.Rank; axis++)
            {
                if (shape[axis].Symbol is { Length: > 0 } symbol)
                {
                    int index = symbols.IndexOf(symbol);
                    if (index < 0)
                    {
                        index = symbols.Count;
                        symbols.Add(symbol);
                    }

                    axes.Add((i, axis, index));
                }
            }
        }

        _symbols = [.. symbols];
        _axes = [.. axes];
        _sizes = new int[symbols.Count];
        _outputs = [.. fetches.Select(f => Plan(f.Type.Shape))];
        _shapes = [.. _outputs.Select(o => o is null ? null : new int[o.Length])];
    }

    /// <summary>The sizes of an output, or null when they are not known ahead of running.</summary>
    public int[]? this[int output] => _shapes[output];

    /// <summary>Takes the sizes of the inputs of a run.</summary>
    public void Update(ReadOnlySpan<Tensor> feeds)
    {
        Array.Fill(_sizes, -1);
        foreach ((int feed, int axis, int symbol) in _axes)
        {
            int size = feeds[feed].Shape[axis];
            if (_sizes[symbol] >= 0 && _sizes[symbol] != size)
            {
                throw AnnealException.BadData($"dimension '{_symbols[symbol]}' is {size} here and {_sizes[symbol]} in another input").In($"input '{_feeds[feed].Name}'");
            }

            _sizes[symbol] = size;
        }

        for (int i = 0; i < _outputs.Length; i++)
        {
            for (int axis = 0; axis < (_outputs[i]?.Length ?? 0); axis++)
            {
                (int size, int symbol) = _outputs[i]![axis];
                _shapes[i]![axis] = symbol < 0 ? size : _sizes[symbol];
            }
        }
    }

    private (int Size, int Symbol)[]? Plan(TensorShape? shape)
    {
        if (shape is not { } known)
        {
            return null;
        }

        (int Size, int Symbol)[] dims = [.. known.Dims.Select(d => (d.Size, d.IsKnown ? -1 : Array.IndexOf(_symbols, d.Symbol)))];
        return dims.Any(d => d.Size < 0 && d.Symbol < 0) ? null : dims;
    }
}
