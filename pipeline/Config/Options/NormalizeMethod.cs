namespace Anneal.Pipeline.Config.Options;

internal enum NormalizeMethod
{
    Fixed,
    Standardize,
}
