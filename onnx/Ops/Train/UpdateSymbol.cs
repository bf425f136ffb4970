using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>A value of a body: arithmetic adds nodes.</summary>
/// <param name="Body">The body.</param>
/// <param name="Name">The value's name.</param>
/// <param name="Like">The value whose element type constants take.</param>
internal readonly record struct UpdateSymbol(BodyBuilder Body, string Name, string Like) : IUpdateNumber<UpdateSymbol>
{
    public static UpdateSymbol operator +(UpdateSymbol left, UpdateSymbol right) => left.Op("Add", right);

    public static UpdateSymbol operator -(UpdateSymbol left, UpdateSymbol right) => left.Op("Sub", right);

    public static UpdateSymbol operator *(UpdateSymbol left, UpdateSymbol right) => left.Op("Mul", right);

    public static UpdateSymbol operator /(UpdateSymbol left, UpdateSymbol right) => left.Op("Div", right);

    public static UpdateSymbol Sqrt(UpdateSymbol x) => x with { Name = x.Body.Op("Sqrt", x.Name) };

    public static UpdateSymbol Sign(UpdateSymbol x) => x with { Name = x.Body.Op("Sign", x.Name) };

    public static UpdateSymbol Max(UpdateSymbol a, UpdateSymbol b) => a.Op("Max", b);

    public static UpdateSymbol Pow(UpdateSymbol x, UpdateSymbol y) => x.Op("Pow", y);

    public UpdateSymbol Number(double value) => this with { Name = Body.Op("CastLike", Body.Constant(Tensor.Scalar(value)), Like) };

    private UpdateSymbol Op(string op, UpdateSymbol other) => this with { Name = Body.Op(op, Name, other.Name) };
}
