namespace Anneal.Pipeline.Config.Options;

internal enum NumericScaling
{
    Standardize,
    MinMax,
    Robust,
    Log,
    None,
}
