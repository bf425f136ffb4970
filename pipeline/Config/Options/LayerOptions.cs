using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

/// <summary>One layer.</summary>
[OneOf(
    typeof(DenseOptions), typeof(ConvOptions), typeof(MaxPoolOptions), typeof(AveragePoolOptions),
    typeof(GlobalAveragePoolOptions), typeof(BatchNormOptions), typeof(ResidualOptions), typeof(ReshapeOptions),
    typeof(LayerNormOptions), typeof(AttentionOptions), typeof(TransformerEncoderOptions), typeof(PositionsOptions), typeof(MeanOverTimeOptions),
    typeof(LstmOptions), typeof(GruOptions), typeof(FlattenOptions), typeof(DropoutOptions), typeof(ActivationOptions))]
internal abstract record LayerOptions;
