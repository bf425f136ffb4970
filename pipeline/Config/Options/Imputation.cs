namespace Anneal.Pipeline.Config.Options;

internal enum Imputation
{
    Mean,
    Median,
}
