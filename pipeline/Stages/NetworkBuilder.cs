using System.Globalization;
using Anneal.Pipeline.Config;
using Anneal.Pipeline.Config.Options;
using Anneal.Trainer.Models;

namespace Anneal.Pipeline.Stages;

/// <summary>Turns the options of a model into layers, each with the line it comes from.</summary>
internal static class NetworkBuilder
{
    /// <summary>Builds the network.</summary>
    /// <param name="model">The options.</param>
    /// <param name="classes">The number of outputs that the task needs.</param>
    /// <param name="originOf">Where a path of the configuration was written.</param>
    /// <returns>The layers.</returns>
    public static Network Build(ModelOptions model, int classes, Func<string, Origin> originOf) => model switch
    {
        LayersOptions layers => new Network(Layers(originOf, layers.Layers, "model.layers", classes, new Dictionary<string, int>(StringComparer.Ordinal))),
        LstmModelOptions lstm => new Network([.. Lstm(originOf, lstm, classes)]),
        MlpOptions mlp => new Network([.. Mlp(originOf, mlp, classes)]),
        TransformerOptions transformer => new Network([.. Transformer(originOf, transformer, classes)]),
        ModelOptions other => throw new NotSupportedException($"no network for {other.GetType().Name}"),
    };

    private static Layer[] Layers(
        Func<string, Origin> originOf, IReadOnlyList<LayerOptions> options, string path, int classes, Dictionary<string, int> counts)
    {
        var layers = new Layer[options.Count];
        for (int i = 0; i < layers.Length; i++)
        {
            string place = string.Create(CultureInfo.InvariantCulture, $"{path}.{i}");
            Onnx.Ir.Origin origin = OriginOf(originOf, place);
            layers[i] = options[i] switch
            {
                DenseOptions o => new Layer.Dense(
                    Name("dense"), origin, o.Units ?? classes, Map<Activation>(o.Activation), o.Bias, Map<Initializer>(o.Init)),
                ConvOptions o => new Layer.Conv(
                    Name("conv"), origin, o.Filters, o.Kernel, o.Stride, o.Padding, o.Groups, Map<Activation>(o.Activation), o.Bias, Map<Initializer>(o.Init)),
                MaxPoolOptions o => new Layer.MaxPool(Name("maxpool"), origin, o.Size, o.Stride ?? o.Size, o.Padding),
                AveragePoolOptions o => new Layer.AveragePool(Name("avgpool"), origin, o.Size, o.Stride ?? o.Size, o.Padding),
                GlobalAveragePoolOptions => new Layer.GlobalAveragePool(Name("global_avgpool"), origin),
                BatchNormOptions o => new Layer.BatchNorm(Name("batch_norm"), origin, (float)o.Momentum, (float)o.Epsilon),
                ResidualOptions o => new Layer.Residual(
                    Name("residual"), origin, Layers(originOf, o.Layers, place + ".residual.layers", classes, counts), Map<Activation>(o.Activation)),
                ReshapeOptions o => new Layer.Reshape(Name("reshape"), origin, o.Sizes),
                LayerNormOptions o => new Layer.LayerNorm(Name("layer_norm"), origin, (float)o.Epsilon),
                AttentionOptions o => new Layer.Attention(Name("attention"), origin, o.Heads, (float)o.Dropout),
                TransformerEncoderOptions o => new Layer.TransformerEncoder(Name("encoder"), origin, o.Heads, o.FeedForward, (float)o.Dropout),
                LstmOptions o => new Layer.Recurrent(
                    Name("lstm"), origin, RecurrentKind.Lstm, o.Units, o.ReturnSequences, o.Bidirectional, (float)o.Dropout),
                GruOptions o => new Layer.Recurrent(
                    Name("gru"), origin, RecurrentKind.Gru, o.Units, o.ReturnSequences, o.Bidirectional, (float)o.Dropout),
                PositionsOptions => new Layer.Positions(Name("positions"), origin),
                MeanOverTimeOptions => new Layer.MeanOverTime(Name("mean_over_time"), origin),
                FlattenOptions => new Layer.Flatten(Name("flatten"), origin),
                DropoutOptions o => new Layer.Dropout(Name("dropout"), origin, (float)o.Rate),
                ActivationOptions o => new Layer.Activate(Name("activation"), origin, Map<Activation>(o.Kind)),
                LayerOptions other => throw new NotSupportedException($"no layer for {other.GetType().Name}"),
            };
        }

        return layers;

        string Name(string kind)
        {
            int count = counts[kind] = counts.GetValueOrDefault(kind) + 1;
            return string.Create(CultureInfo.InvariantCulture, $"{kind}{count}");
        }
    }

    private static IEnumerable<Layer> Mlp(Func<string, Origin> originOf, MlpOptions options, int classes)
    {
        Onnx.Ir.Origin origin = OriginOf(originOf, "model.mlp");
        yield return new Layer.Flatten("flatten1", origin);
        for (int i = 0; i < options.Units.Count; i++)
        {
            string number = (i + 1).ToString(CultureInfo.InvariantCulture);
            yield return new Layer.Dense("dense" + number, origin, options.Units[i], Map<Activation>(options.Activation), true, Map<Initializer>(options.Init));
            if (options.Dropout > 0)
            {
                yield return new Layer.Dropout("dropout" + number, origin, (float)options.Dropout);
            }
        }

        string last = (options.Units.Count + 1).ToString(CultureInfo.InvariantCulture);
        yield return new Layer.Dense("dense" + last, origin, classes, Activation.Linear, true, Initializer.Auto);
    }

    private static IEnumerable<Layer> Lstm(Func<string, Origin> originOf, LstmModelOptions options, int classes)
    {
        Onnx.Ir.Origin origin = OriginOf(originOf, "model.lstm");
        for (int i = 1; i <= options.Layers; i++)
        {
            string number = i.ToString(CultureInfo.InvariantCulture);
            yield return new Layer.Recurrent("lstm" + number, origin, RecurrentKind.Lstm, options.Units, i < options.Layers, options.Bidirectional, 0);
            if (options.Dropout > 0)
            {
                yield return new Layer.Dropout("dropout" + number, origin, (float)options.Dropout);
            }
        }

        yield return new Layer.Dense("dense", origin, classes, Activation.Linear, true, Initializer.Auto);
    }

    private static IEnumerable<Layer> Transformer(Func<string, Origin> originOf, TransformerOptions options, int classes)
    {
        Onnx.Ir.Origin origin = OriginOf(originOf, "model.transformer");
        yield return new Layer.Dense("embedding", origin, options.Width, Activation.Linear, true, Initializer.Auto);
        yield return new Layer.Positions("positions", origin);
        for (int i = 1; i <= options.Layers; i++)
        {
            yield return new Layer.TransformerEncoder(
                string.Create(CultureInfo.InvariantCulture, $"encoder{i}"), origin, options.Heads, options.FeedForward, (float)options.Dropout);
        }

        yield return new Layer.LayerNorm("norm", origin, 1e-5f);
        yield return new Layer.MeanOverTime("mean", origin);
        yield return new Layer.Dense("dense", origin, classes, Activation.Linear, true, Initializer.Auto);
    }

    // The options' enums and the trainer's have the same names: a test holds it.
    private static T Map<T>(Enum value)
        where T : struct, Enum => Enum.Parse<T>(value.ToString());

    private static Onnx.Ir.Origin OriginOf(Func<string, Origin> originOf, string path)
    {
        Origin origin = originOf(path);
        return new Onnx.Ir.Origin(origin.File, origin.Line, origin.Column, path);
    }
}
