using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

/// <summary>The network.</summary>
[OneOf(typeof(LayersOptions), typeof(ImportOptions), typeof(LenetOptions), typeof(LstmModelOptions), typeof(MlpOptions), typeof(ResnetOptions), typeof(TransformerOptions), typeof(VggOptions))]
internal abstract record ModelOptions
{
    /// <summary>The layers that the model stands for; a dense layer without a width is as wide as the task needs.</summary>
    internal abstract IReadOnlyList<LayerOptions> Expand();
}
