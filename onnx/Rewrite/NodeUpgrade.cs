using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Rewrite;

/// <summary>One node on its way to opset 18. Each step says whether it could be done.</summary>
/// <param name="node">The node as it is in the file.</param>
/// <param name="ranks">The ranks of the values that are declared with one.</param>
internal sealed class NodeUpgrade(Node node, IReadOnlyDictionary<string, int> ranks)
{
    private readonly List<Node> _before = [];
    private readonly List<Node> _after = [];
    private Node _node = node;

    /// <summary>The nodes that take its place.</summary>
    public IReadOnlyList<Node> Nodes => [.. _before, _node, .. _after];

    public bool Has(string attribute) => _node.Attributes.Find(attribute) is not null;

    public bool Drop(string attribute)
    {
        _node = _node with { Attributes = _node.Attributes.Without(attribute) };
        return true;
    }

    /// <summary>Drops an attribute that has a value; otherwise, or where it is left out, the node means something else.</summary>
    public bool DropIf(string attribute, long value)
    {
        bool isSo = attribute == "spatial" ? _node.Attributes.Int(attribute, value) == value : Has(attribute) && _node.Attributes.Int(attribute, 0) == value;
        return isSo && Drop(attribute);
    }

    /// <summary>Whether an attribute is left out or has a value.</summary>
    public bool IsLeftOut(string attribute, long value) => _node.Attributes.Int(attribute, value) == value;

    public bool Default(string attribute, long value)
    {
        _node = Has(attribute) ? _node : _node with { Attributes = _node.Attributes.With(attribute, value) };
        return true;
    }

    public bool Rename(string op)
    {
        _node = _node with { OpType = op };
        return true;
    }

    public bool Rename(string attribute, string name)
    {
        if (_node.Attributes.Find(attribute) is { } value)
        {
            _node = _node with { Attributes = _node.Attributes.Without(attribute).With(name, value) };
        }

        return true;
    }

    /// <summary>Gives the number of outputs as an attribute where an input is left out.</summary>
    public bool CountOutputs(string attribute, int unless)
    {
        _node = _node.HasInput(unless) ? _node : _node with { Attributes = _node.Attributes.With(attribute, (long)_node.Outputs.Length) };
        return true;
    }

    /// <summary>Turns a list attribute, where there is one, into a constant input.</summary>
    public bool ToInput(string attribute, int index)
    {
        if (_node.Attributes.Find(attribute) is { } value)
        {
            bool isFloats = (value is AttributeValue.Reference reference ? reference.Kind : value.GetType()) == typeof(AttributeValue.Floats);
            SetInput(index, Add("Constant", attribute, Attributes.Of((isFloats ? "value_floats" : "value_ints", value))));
            Drop(attribute);
        }

        return true;
    }

    /// <summary>Turns an integer attribute, where there is one, into a constant input of shape [1].</summary>
    public bool NumberToInput(string attribute, int index)
    {
        if (_node.Attributes.Find(attribute) is AttributeValue.Int value)
        {
            SetInput(index, Add("Constant", attribute, Attributes.Of(("value_ints", new[] { value.Value }))));
            Drop(attribute);
        }

        return true;
    }

    /// <summary>Turns a float attribute, where there is one, into a constant scalar of the first input's type.</summary>
    public bool FloatToInput(string attribute, int index)
    {
        if (_node.Attributes.Find(attribute) is { } value)
        {
            string constant = Add("Constant", attribute, Attributes.Of(("value_float", value)));
            SetInput(index, Add("CastLike", $"{attribute}_like", Attributes.None, constant, _node.Inputs[0]));
            Drop(attribute);
        }

        return true;
    }

    /// <summary>Scaling by the corner of each element, as before opset 11.</summary>
    public bool UpsampleToResize()
    {
        _node = _node with
        {
            OpType = "Resize",
            Inputs = [_node.Inputs[0], "", .. _node.Inputs.Skip(1)],
            Attributes = _node.Attributes.With("coordinate_transformation_mode", "asymmetric").With("nearest_mode", "floor"),
        };
        return true;
    }

    /// <summary>Places of the nearest element that are half an element on from those of half_pixel, as before opset 13, by how they are rounded.</summary>
    public bool HalfPixelOfNearest()
    {
        if (_node.Attributes.String("coordinate_transformation_mode", "") != "tf_half_pixel_for_nn")
        {
            return true;
        }

        string? rounding = _node.Attributes.String("nearest_mode", "round_prefer_floor") switch
        {
            "round_prefer_floor" => "ceil",
            "floor" => "round_prefer_ceil",
            _ => null,
        };
        _node = rounding is null ? _node : _node with
        {
            Attributes = _node.Attributes.With("coordinate_transformation_mode", "half_pixel").With("nearest_mode", rounding),
        };
        return rounding is not null;
    }

    /// <summary>Broadcasting as before opset 7: the second input's dimensions begin at an axis of the first's.</summary>
    public bool BroadcastFromAxis()
    {
        if (_node.Attributes.Find("axis") is AttributeValue.Int { Value: long axis } && _node.Attributes.Int("broadcast", 0) == 1)
        {
            if (!RankOf(0, out int rank) || !RankOf(1, out int own) || axis < -rank || axis > rank)
            {
                return false;
            }

            Widen(1, own, rank - own - (int)(axis < 0 ? axis + rank : axis));
        }

        return Drop("axis") && Drop("broadcast");
    }

    /// <summary>An input with one element for each channel, the channels in axis 1 of the first input.</summary>
    public bool AlongChannels(int index)
    {
        if (!RankOf(0, out int rank) || !RankOf(index, out int own))
        {
            return false;
        }

        Widen(index, own, own == 1 ? rank - 2 : 0);
        return true;
    }

    /// <summary>An element type that is given by its name.</summary>
    public bool TypeFromText(string attribute)
    {
        bool isKnown = Enum.TryParse(_node.Attributes.String(attribute, ""), ignoreCase: true, out DType type);
        _node = isKnown ? _node with { Attributes = _node.Attributes.With(attribute, (long)type) } : _node;
        return isKnown;
    }

    /// <summary>An op over all dimensions from its axis on, as before opset 13.</summary>
    public bool OverFlattened()
    {
        string x = _node.Inputs[0];
        string y = _node.Outputs[0];
        string shape = Add("Shape", "shape", Attributes.None, x);
        string flat = Add("Flatten", "flat", Attributes.Of(("axis", _node.Attributes.Int("axis", 1))), x);
        _node = _node with { Inputs = [flat], Outputs = [$"{y}/of_flat"], Attributes = Attributes.Of(("axis", 1L)) };
        _after.Add(new Node($"{_node.Name}/Reshape", "", "Reshape", [_node.Outputs[0], shape], [y], Attributes.Of(("allowzero", 1L)), _node.Origin));
        return true;
    }

    private bool RankOf(int input, out int rank)
    {
        rank = 0;
        return _node.HasInput(input) && ranks.TryGetValue(_node.Inputs[input], out rank);
    }

    /// <summary>Scale and bias for each channel, as from opset 21 on: each group is normalised alone, and both are applied after it.</summary>
    public bool ScaleChannels()
    {
        if (!ranks.TryGetValue(_node.Inputs[0], out int rank))
        {
            return false;
        }

        string[] inputs = [.. _node.Inputs];
        string y = _node.Outputs[0];
        long[] groups = [_node.Attributes.Int("num_groups", 1)];
        string shape = Add("Constant", "groups", Attributes.Of(("value_ints", groups)));
        string ones = Add("CastLike", "ones", Attributes.None, Add("ConstantOfShape", "units", Attributes.Of(("value", Tensor.Vector(1f))), shape), inputs[0]);
        string zeros = Add("CastLike", "zeros", Attributes.None, Add("ConstantOfShape", "nothing", Attributes.None, shape), inputs[0]);
        Widen(1, 1, rank - 2);
        Widen(2, 1, rank - 2);
        (string scale, string bias) = (_node.Inputs[1], _node.Inputs[2]);
        _node = _node with { Inputs = [inputs[0], ones, zeros], Outputs = [$"{y}/normalised"] };
        _after.Add(new Node($"{_node.Name}/Mul", "", "Mul", [_node.Outputs[0], scale], [$"{y}/scaled"], Attributes.None, _node.Origin));
        _after.Add(new Node($"{_node.Name}/Add", "", "Add", [$"{y}/scaled", bias], [y], Attributes.None, _node.Origin));
        return true;
    }

    private void Widen(int index, int rank, int trailing)
    {
        if (trailing > 0)
        {
            string axes = Add("Constant", $"trailing{index}", Attributes.Of(("value_ints", Enumerable.Range(rank, trailing).Select(d => (long)d).ToArray())));
            SetInput(index, Add("Unsqueeze", $"widened{index}", Attributes.None, _node.Inputs[index], axes));
        }
    }

    private string Add(string op, string name, Attributes attributes, params string[] inputs)
    {
        string output = $"{_node.Outputs.First(o => o.Length > 0)}/{name}";
        _before.Add(new Node($"{_node.Name}/{name}", "", op, [.. inputs], [output], attributes, _node.Origin));
        return output;
    }

    private void SetInput(int index, string value)
    {
        List<string> inputs = [.. _node.Inputs];
        while (inputs.Count <= index)
        {
            inputs.Add("");
        }

        inputs[index] = value;
        _node = _node with { Inputs = [.. inputs] };
    }
}
