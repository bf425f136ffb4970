namespace Anneal.Trainer.Models;

/// <summary>What a model learns: it chooses the last activation, the loss and the metrics.</summary>
public enum LearningTask
{
    /// <summary>One of C classes: softmax and cross-entropy.</summary>
    Classification,

    /// <summary>A number: identity and mean squared error on the standardised target.</summary>
    Regression,
}
