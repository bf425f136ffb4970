using System.Globalization;
using System.Reflection;
using Anneal.Pipeline.Config;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Config.Schema;
using Anneal.Trainer.Features;
using Anneal.Trainer.Models;
using Anneal.Trainer.Models.Import;

namespace Anneal.Pipeline.Stages;

/// <summary>Turns the options of a model into layers, each with the line it comes from.</summary>
internal static class NetworkBuilder
{
    /// <summary>Builds the network.</summary>
    /// <param name="model">The options.</param>
    /// <param name="classes">The number of outputs that the task needs.</param>
    /// <param name="originOf">Where a path of the configuration was written.</param>
    /// <param name="embedded">The embedded columns of a table, whose vectors go before the first layer.</param>
    /// <param name="path">The path of the options.</param>
    /// <param name="imported">The model that the options import.</param>
    /// <returns>The layers; those of a model with a name all come from that name's line.</returns>
    public static Network Build(
        ModelOptions model, int classes, Func<string, Origin> originOf, IReadOnlyList<EmbeddedColumn>? embedded = null, string path = "model", ImportedModel? imported = null)
    {
        if (model is ImportOptions import)
        {
            Layer[] head = Layers(place => OriginOf(originOf, place), import.Expand(), $"{path}.head.layers", classes, new Dictionary<string, int>(StringComparer.Ordinal), "head.");
            return new Network([new Layer.Imported("imported", OriginOf(originOf, import.Place()), imported ?? throw new ArgumentNullException(nameof(imported))), .. head]);
        }

        string? named = model is LayersOptions ? null : $"{path}." + model.GetType().GetCustomAttribute<KeyAttribute>()!.Name;
        Layer[] layers = Layers(place => OriginOf(originOf, named ?? place), model.Expand(), $"{path}.layers", classes, new Dictionary<string, int>(StringComparer.Ordinal));
        return new Network(embedded is not { Count: > 0 } ? layers : [new Layer.EmbedColumns("columns", OriginOf(originOf, "data.features"), embedded), .. layers]);
    }

    private static Layer[] Layers(
        Func<string, Onnx.Ir.Origin> originOf, IReadOnlyList<LayerOptions> options, string path, int classes, Dictionary<string, int> counts, string prefix = "")
    {
        var layers = new Layer[options.Count];
        for (int i = 0; i < layers.Length; i++)
        {
            string place = string.Create(CultureInfo.InvariantCulture, $"{path}.{i}");
            Onnx.Ir.Origin origin = originOf(place);
            layers[i] = options[i] switch
            {
                DenseOptions o => new Layer.Dense(
                    Name("dense"), origin, o.Units ?? classes, Map<Activation>(o.Activation), o.Bias, Init(o.Init)),
                ConvOptions o => new Layer.Conv(
                    Name("conv"), origin, o.Filters, o.Kernel, o.Stride, o.Padding, o.Groups, Map<Activation>(o.Activation), o.Bias, Init(o.Init)),
                ConvTransposeOptions o => new Layer.ConvTranspose(
                    Name("conv_transpose"), origin, o.Filters, o.Kernel, o.Stride, o.Padding, o.Groups, Map<Activation>(o.Activation), o.Bias, Init(o.Init)),
                MaxPoolOptions o => new Layer.MaxPool(Name("maxpool"), origin, o.Size, o.Stride ?? o.Size, o.Padding),
                AveragePoolOptions o => new Layer.AveragePool(Name("avgpool"), origin, o.Size, o.Stride ?? o.Size, o.Padding),
                GlobalAveragePoolOptions => new Layer.GlobalAveragePool(Name("global_avgpool"), origin),
                GlobalMaxPoolOptions => new Layer.GlobalMaxPool(Name("global_maxpool"), origin),
                BatchNormOptions o => new Layer.BatchNorm(Name("batch_norm"), origin, (float)o.Momentum, (float)o.Epsilon),
                GroupNormOptions o => new Layer.GroupNorm(Name("group_norm"), origin, o.Groups, (float)o.Epsilon),
                ResidualOptions o => new Layer.Residual(
                    Name("residual"), origin, Layers(originOf, o.Layers, place + ".residual.layers", classes, counts, prefix), Map<Activation>(o.Activation),
                    Map<Shortcut>(o.Shortcut)),
                AddOptions o => new Layer.Branches(Name("add"), origin, Branches(o.Branches, place + ".add"), IsSum: true),
                ConcatOptions o => new Layer.Branches(Name("concat"), origin, Branches(o.Branches, place + ".concat"), IsSum: false),
                ReshapeOptions o => new Layer.Reshape(Name("reshape"), origin, o.Sizes),
                SliceOptions o => new Layer.Slice(Name("slice"), origin, o.Axis, o.Start, o.End),
                EmbeddingOptions o => new Layer.Embedding(Name("embedding"), origin, o.Vocabulary, o.Width, Init(o.Init)),
                LayerNormOptions o => new Layer.LayerNorm(Name("layer_norm"), origin, (float)o.Epsilon),
                AttentionOptions o => new Layer.Attention(Name("attention"), origin, o.Heads, (float)o.Dropout),
                TransformerEncoderOptions o => new Layer.TransformerEncoder(Name("encoder"), origin, o.Heads, o.FeedForward, (float)o.Dropout),
                LstmOptions o => Recurrent(Name("lstm"), origin, RecurrentKind.Lstm, o),
                GruOptions o => Recurrent(Name("gru"), origin, RecurrentKind.Gru, o),
                PositionsOptions => new Layer.Positions(Name("positions"), origin),
                MeanOverTimeOptions => new Layer.MeanOverTime(Name("mean_over_time"), origin),
                FlattenOptions => new Layer.Flatten(Name("flatten"), origin),
                DropoutOptions o => new Layer.Dropout(Name("dropout"), origin, (float)o.Rate),
                ActivationOptions o => new Layer.Activate(Name("activation"), origin, Map<Activation>(o.Kind)),
                LayerOptions other => throw new NotSupportedException($"no layer for {other.GetType().Name}"),
            };
        }

        return layers;

        Branch[] Branches(IReadOnlyDictionary<string, IReadOnlyList<LayerOptions>> branches, string under) =>
            [.. branches.Select(b => new Branch(b.Key, Layers(originOf, b.Value, $"{under}.{b.Key}", classes, counts, prefix)))];

        string Name(string kind)
        {
            int count = counts[kind] = counts.GetValueOrDefault(kind) + 1;
            return string.Create(CultureInfo.InvariantCulture, $"{prefix}{kind}{count}");
        }
    }

    private static Layer.Recurrent Recurrent(string name, Onnx.Ir.Origin origin, RecurrentKind kind, RecurrentOptions o) =>
        new(name, origin, kind, o.Units, o.ReturnSequences, o.Bidirectional, (float)o.Dropout)
        {
            Initializer = Init(o.Init),
            RecurrentInitializer = Init(o.RecurrentInit),
        };

    private static Initialization Init(InitOptions options) => new(Map<Initializer>(options.Kind), options.Scale);

    // The options' enums and the trainer's have the same names: a test holds it.
    private static T Map<T>(Enum value)
        where T : struct, Enum => Enum.Parse<T>(value.ToString());

    private static Onnx.Ir.Origin OriginOf(Func<string, Origin> originOf, string path)
    {
        Origin origin = originOf(path);
        return new Onnx.Ir.Origin(origin.File, origin.Line, origin.Column, path);
    }
}
