using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

/// <summary>The network.</summary>
[OneOf(typeof(LayersOptions), typeof(LstmModelOptions), typeof(MlpOptions), typeof(TransformerOptions))]
internal abstract record ModelOptions;
