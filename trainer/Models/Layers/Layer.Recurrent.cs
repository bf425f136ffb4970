using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Models;

public abstract partial record Layer
{
    /// <summary>A recurrent layer over time: [N, T, F] to [N, T, D·units], or to [N, D·units] of the last step; D is 2 if bidirectional, else 1.</summary>
    /// <param name="Name">The layer's name.</param>
    /// <param name="Origin">The user's line.</param>
    /// <param name="Kind">What a step computes.</param>
    /// <param name="Units">Units of a direction.</param>
    /// <param name="ReturnSequences">Whether the output of each step is given, or that of the last alone: for the direction backwards in time, of the first.</param>
    /// <param name="Bidirectional">Whether a second direction goes backwards in time, whose output is put beside the first's.</param>
    /// <param name="Rate">The share of the input's elements that become zero while training, in [0, 1).</param>
    /// <remarks>
    /// Weights are laid out as ONNX's: W [D, gates·units, F], R [D, gates·units, units], B [D, 2·gates·units]. Biases begin at zero but for LSTM's forget gate,
    /// which begins open at one (Jozefowicz et al. 2015).
    /// </remarks>
    public sealed record Recurrent(
        string Name, Origin Origin, RecurrentKind Kind, int Units, bool ReturnSequences, bool Bidirectional, float Rate) : Layer(Name, Origin)
    {
        private const int ForgetGate = 2;

        /// <summary>How W begins: <see cref="Models.Initializer.Auto"/> is Glorot's uniform distribution over all gates.</summary>
        public Initialization Initializer { get; init; } = Models.Initializer.Auto;

        /// <summary>How R begins: <see cref="Models.Initializer.Auto"/> is uniform in ±1/√units; the matrix of each gate is orthogonal by itself.</summary>
        public Initialization RecurrentInitializer { get; init; } = Models.Initializer.Auto;

        private int Directions => Bidirectional ? 2 : 1;

        private int Gates => Kind == RecurrentKind.Lstm ? 4 : 3;

        private string Op => Kind == RecurrentKind.Lstm ? "LSTM" : "GRU";

        /// <inheritdoc/>
        public override Activation Ending => Activation.Tanh;

        /// <inheritdoc/>
        public override Value Apply(LayerContext context, Value x)
        {
            Sequence.Check(this, Op.ToLowerInvariant(), x);
            GraphBuilder g = context.Graph;
            int length = x.Shape[1].Size;
            int width = x.Shape[2].Size;
            int matrices = Directions * Gates;
            Value weight = context.Weight(Name + ".weight", First(Initializer, Models.Initializer.GlorotUniform), width, Gates * Units, [Directions, Gates * Units, width], matrices);

            // The variance 1 / fan-in that the initializer gives is a third of its bound squared.
            int fanIn = RecurrentInitializer.Kind == Models.Initializer.Auto ? 3 * Units : Units;
            Value recurrent = context.Weight(
                Name + ".recurrent_weight", First(RecurrentInitializer, Models.Initializer.LecunUniform), fanIn, Units, [Directions, Gates * Units, Units], matrices);
            Value bias = context.Parameter(Name + ".bias", FirstBias(), decays: false);
            Value steps = g.Transpose(context.Dropout(x, Rate, Name), 1, 0, 2);
            Value[] y = context.IsTraining ? Train(g, steps, weight, recurrent, bias) : Infer(g, steps, weight, recurrent, bias);
            return ReturnSequences
                ? g.Reshape(g.Transpose(y[0], 2, 0, 1, 3), -1, length, Directions * Units)
                : g.Reshape(g.Transpose(y[1], 1, 0, 2), -1, Directions * Units);
        }

        private static Initialization First(Initialization given, Initializer otherwise) =>
            given.Kind == Models.Initializer.Auto ? given with { Kind = otherwise } : given;

        private Value[] Infer(GraphBuilder g, params Value[] inputs) => g.Node(Op, inputs, 2, Attributes.Of(
            ("direction", Bidirectional ? "bidirectional" : "forward"),
            ("hidden_size", (long)Units),
            ("linear_before_reset", Kind == RecurrentKind.Gru ? 1L : null)));

        private Value[] Train(GraphBuilder g, params Value[] inputs)
        {
            Value zero = g.Scalar(0, DType.Float);
            Value[] states = Kind == RecurrentKind.Lstm ? [zero, zero] : [zero];
            Attributes attributes = Attributes.Of(
                ("linear_before_reset", Kind == RecurrentKind.Gru ? 1L : null),
                ("reverse", Bidirectional ? [0L, 1] : new long[] { 0 }));
            Value[] operands = [.. inputs, g.Scalar(int.MaxValue, DType.Int32), .. states];
            return g.Node(Op + "Train", operands, 3 + states.Length, attributes, Model.AnnealDomain);
        }

        private Tensor FirstBias()
        {
            Tensor bias = Tensor.Zeros(DType.Float, Directions, 2 * Gates * Units);
            for (int direction = 0; Kind == RecurrentKind.Lstm && direction < Directions; direction++)
            {
                bias.Span<float>().Slice(((direction * 2 * Gates) + ForgetGate) * Units, Units).Fill(1);
            }

            return bias;
        }
    }
}
