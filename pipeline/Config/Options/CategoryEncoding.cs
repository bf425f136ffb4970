namespace Anneal.Pipeline.Config.Options;

internal enum CategoryEncoding
{
    OneHot,
}
