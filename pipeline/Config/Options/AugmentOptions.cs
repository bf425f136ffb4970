using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

/// <summary>A random change of training images.</summary>
[OneOf(typeof(FlipOptions), typeof(ShiftOptions))]
internal abstract record AugmentOptions;
