using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Checks a node against its op's schema.</summary>
internal static class SchemaCheck
{
    public static void Check(Op op, Node node, TensorType?[] inputs)
    {
        OpSchema schema = op.Schema;
        var variables = new Dictionary<string, DType>(StringComparer.Ordinal);
        int formal = schema.Inputs.Length;
        bool variadic = formal > 0 && schema.Inputs[^1].Variadic;
        if (inputs.Length > formal && !variadic)
        {
            throw AnnealException.BadData($"{inputs.Length} inputs given, at most {formal} expected").In(node);
        }

        for (int i = 0; i < Math.Max(inputs.Length, formal); i++)
        {
            Parameter parameter = schema.Inputs[Math.Min(i, formal - 1)];
            if (i >= inputs.Length || inputs[i] is not { } type)
            {
                if (!parameter.Optional && !(parameter.Variadic && i >= formal))
                {
                    throw AnnealException.BadData($"input '{parameter.Name}' is missing").In(node);
                }

                continue;
            }

            if (!schema.TypesOf(parameter.Type).Contains(type.Type) && !schema.IsHalfOf(parameter.Type, type.Type))
            {
                throw Unsupported(schema, node, parameter, type.Type);
            }

            if (!variables.TryAdd(parameter.Type, type.Type) && variables[parameter.Type] != type.Type)
            {
                throw AnnealException.BadData(
                    $"input '{parameter.Name}' is {type.Type.Name()}, expected {variables[parameter.Type].Name()} as the other inputs of type {parameter.Type}").In(node);
            }
        }

        if (node.Outputs.Length > schema.Outputs.Length && !(schema.Outputs.Length > 0 && schema.Outputs[^1].Variadic))
        {
            throw AnnealException.BadData($"{node.Outputs.Length} outputs asked for, at most {schema.Outputs.Length} expected").In(node);
        }

        foreach ((string name, AttributeValue value) in node.Attributes)
        {
            AttributeSchema? attribute = schema.Attributes.FirstOrDefault(a => a.Name == name)
                ?? throw AnnealException.NotSupported($"attribute '{name}' is not known",
                    [node.OpType],
                    $"known are: {string.Join(", ", schema.Attributes.Select(a => a.Name))}").In(node);
            Type kind = value is AttributeValue.Reference reference ? reference.Kind : value.GetType();
            if (kind != attribute.Kind)
            {
                throw AnnealException.BadData($"attribute '{name}' is of kind {kind.Name}, expected {attribute.Kind.Name}").In(node);
            }
        }

        if (schema.Attributes.FirstOrDefault(a => a.Required && node.Attributes.Find(a.Name) is null) is { } missing)
        {
            throw AnnealException.BadData($"attribute '{missing.Name}' is missing").In(node);
        }
    }

    /// <summary>Whether there is a kernel for the inputs' element types: a graph may hold float16 where our kernels take float.</summary>
    public static bool HasKernel(Op op, IReadOnlyList<DType?> inputs) => FirstWithout(op.Schema, inputs) is null;

    /// <summary>Refuses a node whose inputs have element types that a graph may hold and no kernel takes.</summary>
    public static void CheckKernel(Op op, Node node, IReadOnlyList<DType?> inputs)
    {
        if (FirstWithout(op.Schema, inputs) is { } index)
        {
            throw Unsupported(op.Schema, node, FormalOf(op.Schema, index), inputs[index]!.Value);
        }
    }

    private static int? FirstWithout(OpSchema schema, IReadOnlyList<DType?> inputs)
    {
        for (int i = 0; i < inputs.Count; i++)
        {
            if (inputs[i] is { } type && !schema.TypesOf(FormalOf(schema, i).Type).Contains(type))
            {
                return i;
            }
        }

        return null;
    }

    private static Parameter FormalOf(OpSchema schema, int index) => schema.Inputs[Math.Min(index, schema.Inputs.Length - 1)];

    private static AnnealException Unsupported(OpSchema schema, Node node, Parameter parameter, DType type) => AnnealException.NotSupported(
        $"input '{parameter.Name}' is {type.Name()}, expected one of {schema.TypesOf(parameter.Type)}",
        [node.OpType]).In(node);
}
