namespace Anneal.Pipeline.Config.Options;

internal enum OutputKind
{
    Logits,
    Embeddings,
}
