namespace Anneal.Trainer.Models;

/// <summary>A kind of recurrent layer.</summary>
public enum RecurrentKind
{
    /// <summary>Long short-term memory.</summary>
    Lstm,

    /// <summary>Gated recurrent unit, whose reset gate follows the recurrent product.</summary>
    Gru,
}
