using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>The shapes of a recurrent op's outputs, with its inputs checked against each other.</summary>
/// <param name="Y">All hidden states.</param>
/// <param name="State">The last states.</param>
/// <param name="Steps">T.</param>
/// <param name="Batch">N.</param>
/// <param name="Hidden">H.</param>
internal sealed record RecurrentShapes(TensorType Y, TensorType State, Dim Steps, Dim Batch, Dim Hidden)
{
    /// <summary>Finds the shapes of a node whose inputs are X, W, R, B, sequence_lens, initial_h and initial_c.</summary>
    /// <param name="scope">The node.</param>
    /// <param name="gates">Gates of a unit.</param>
    /// <param name="directions">The number of directions.</param>
    /// <param name="isBatchFirst">Whether the batch is the first dimension.</param>
    /// <param name="takesScalars">Whether a scalar may stand for all elements of an optional input.</param>
    /// <exception cref="AnnealException">An input has another rank or size than the others ask for.</exception>
    public static RecurrentShapes Of(InferenceScope scope, int gates, int directions, bool isBatchFirst, bool takesScalars = false)
    {
        TensorShape x = Rank(0, 3);
        TensorShape w = Rank(1, 3);
        TensorShape r = Rank(2, 3);
        Dim steps = x[isBatchFirst ? 1 : 0];
        Dim batch = x[isBatchFirst ? 0 : 1];
        long asked = scope.Attributes.Int("hidden_size", 0);
        Dim hidden = r[2].IsKnown ? r[2] : asked > 0 ? Dim.Of((int)asked) : Dim.Unknown;
        if (asked > 0 && r[2].IsKnown && r[2].Size != asked)
        {
            throw scope.Error($"hidden_size is {asked}, but R of shape {r} has {r[2]} units");
        }

        Dim all = Times(hidden, gates);
        Dim d = directions;
        Check(1, "W", w, d, all, x[2]);
        Check(2, "R", r, d, all, hidden);
        Check(3, "B", null, d, Times(hidden, 2 * gates));
        Check(4, "sequence_lens", null, batch);
        TensorShape state = isBatchFirst ? new TensorShape(batch, d, hidden) : new TensorShape(d, batch, hidden);
        Check(5, "initial_h", null, [.. state.Dims]);
        Check(6, "initial_c", null, [.. state.Dims]);
        Check(7, "P", null, d, Times(hidden, 3));
        DType type = scope.Type(0);
        TensorType y = isBatchFirst ? TensorType.Of(type, batch, steps, d, hidden) : TensorType.Of(type, steps, d, batch, hidden);
        return new RecurrentShapes(y, new TensorType(type, state), steps, batch, hidden);

        TensorShape Rank(int input, int rank) => scope.Shape(input) is not { } shape
            ? new TensorShape([.. Enumerable.Repeat(Dim.Unknown, rank)])
            : shape.Rank == rank ? shape : throw scope.Error($"input {input} has shape {shape}, expected rank {rank}");

        void Check(int input, string name, TensorShape? given, params ReadOnlySpan<Dim> expected)
        {
            if (given is null && (!scope.Has(input) || scope.Shape(input) is null))
            {
                return;
            }

            TensorShape actual = given ?? scope.Shape(input)!.Value;
            var wanted = new TensorShape(expected);
            bool fits = (takesScalars && input > 2 && actual.Rank == 0)
                || (actual.Rank == wanted.Rank && actual.Dims.Zip(wanted.Dims).All(p => !p.First.IsKnown || !p.Second.IsKnown || p.First == p.Second));
            if (!fits)
            {
                throw scope.Error($"{name} has shape {actual}, expected {wanted} for {directions} directions, {gates} gates and X of shape {x}");
            }
        }
    }

    private static Dim Times(Dim size, int factor) => size.IsKnown ? Dim.Of(checked(size.Size * factor)) : Dim.Unknown;
}
