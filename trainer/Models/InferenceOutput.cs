namespace Anneal.Trainer.Models;

/// <summary>What an inference graph can give beside its answers.</summary>
public enum InferenceOutput
{
    /// <summary>The last layer's output, <c>logits</c> [N, K] float: over the temperature, so that probabilities follow from it.</summary>
    Logits,

    /// <summary>What enters the last layer, flattened, <c>embeddings</c> [N, D] float.</summary>
    Embeddings,
}
