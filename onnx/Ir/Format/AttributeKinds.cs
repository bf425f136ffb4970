using Kind = Anneal.Onnx.Proto.AttributeProto.Types.AttributeType;

namespace Anneal.Onnx.Ir.Format;

/// <summary>The standard's number of each kind of attribute.</summary>
internal static class AttributeKinds
{
    private static readonly (Type Type, Kind Kind)[] s_kinds =
    [
        (typeof(AttributeValue.Int), Kind.Int),
        (typeof(AttributeValue.Float), Kind.Float),
        (typeof(AttributeValue.String), Kind.String),
        (typeof(AttributeValue.TensorValue), Kind.Tensor),
        (typeof(AttributeValue.GraphValue), Kind.Graph),
        (typeof(AttributeValue.Ints), Kind.Ints),
        (typeof(AttributeValue.Floats), Kind.Floats),
        (typeof(AttributeValue.Strings), Kind.Strings),
    ];

    public static Kind ToProto(Type type) => s_kinds.First(k => k.Type == type).Kind;

    public static Type? FromProto(Kind kind) => s_kinds.FirstOrDefault(k => k.Kind == kind).Type;
}
