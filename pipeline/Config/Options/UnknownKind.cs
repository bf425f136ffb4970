namespace Anneal.Pipeline.Config.Options;

internal enum UnknownKind
{
    Zeros,
    Bucket,
    Error,
}
