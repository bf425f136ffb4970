namespace Anneal.Trainer.Models;

/// <summary>What a model learns: it chooses the last activation, the loss and the metrics.</summary>
public enum LearningTask
{
    /// <summary>One of C classes: softmax and cross-entropy.</summary>
    Classification,

    /// <summary>One of two classes by one output: sigmoid and cross-entropy.</summary>
    Binary,

    /// <summary>Any of L labels: a sigmoid and cross-entropy for each.</summary>
    Multilabel,

    /// <summary>Numbers: identity and mean squared error on the standardised target.</summary>
    Regression,
}
