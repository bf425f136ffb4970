using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

/// <summary>One layer.</summary>
[OneOf(
    typeof(DenseOptions), typeof(ConvOptions), typeof(ConvTransposeOptions), typeof(MaxPoolOptions), typeof(AveragePoolOptions),
    typeof(GlobalAveragePoolOptions), typeof(GlobalMaxPoolOptions), typeof(BatchNormOptions), typeof(GroupNormOptions), typeof(ResidualOptions),
    typeof(AddOptions), typeof(ConcatOptions), typeof(ReshapeOptions), typeof(SliceOptions), typeof(EmbeddingOptions),
    typeof(LayerNormOptions), typeof(AttentionOptions), typeof(TransformerEncoderOptions), typeof(PositionsOptions), typeof(MeanOverTimeOptions),
    typeof(LstmOptions), typeof(GruOptions), typeof(FlattenOptions), typeof(DropoutOptions), typeof(ActivationOptions))]
internal abstract record LayerOptions;
