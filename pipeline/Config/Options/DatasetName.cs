namespace Anneal.Pipeline.Config.Options;

internal enum DatasetName
{
    Mnist,
}
