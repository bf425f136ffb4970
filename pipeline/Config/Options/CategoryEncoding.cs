namespace Anneal.Pipeline.Config.Options;

internal enum CategoryEncoding
{
    OneHot,
    Ordinal,
    Hashing,
    Embedding,
}
