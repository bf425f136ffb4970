namespace Anneal.Onnx.Kernels;

/// <summary>What a work item of a recurrent op holds of its sequences at one time step; rows of units are padded to whole vectors.</summary>
internal unsafe struct RecurrentRows<T>
    where T : unmanaged
{
    /// <summary>The direction.</summary>
    public int Direction;

    /// <summary>The first sequence.</summary>
    public int First;

    /// <summary>The number of sequences.</summary>
    public int Count;

    /// <summary>The time step.</summary>
    public int Time;

    /// <summary>Forward the hidden states, backward their gradients: [Count, padded].</summary>
    public T* H;

    /// <summary>Forward the cell states, backward their gradients, where there are any: [Count, padded].</summary>
    public T* C;

    /// <summary>Forward the gates, backward their gradients: [Count, parts · padded].</summary>
    public T* G;

    /// <summary>Elements from one row of <see cref="G"/> to the next.</summary>
    public nint GRow;
}
