namespace Anneal.Pipeline.Config.Options;

internal enum NumericScaling
{
    Standardize,
    Minmax,
    None,
}
