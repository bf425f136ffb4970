using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

/// <summary>One layer.</summary>
[OneOf(typeof(DenseOptions), typeof(FlattenOptions), typeof(DropoutOptions), typeof(ActivationOptions))]
internal abstract record LayerOptions;
