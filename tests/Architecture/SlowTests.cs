using System.Reflection;

namespace Anneal.Tests.Architecture;

/// <summary>Slow tests run when their category is asked for, and then all of them.</summary>
internal sealed class SlowTests
{
    // NUnit runs explicit tests only where nothing else is chosen: one slow test that is not explicit would have all others skipped, and run by default besides.
    [Test]
    public void Tests_OfTheCategorySlow_AreAllExplicit()
    {
        MemberInfo[] slow =
        [
            .. typeof(SlowTests).Assembly.GetTypes().SelectMany(t => t.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly).Prepend<MemberInfo>(t))
                .Where(m => m.GetCustomAttributes<CategoryAttribute>(inherit: false).Any(c => c.Name == "Slow")),
        ];

        Assert.That(slow, Has.Length.GreaterThan(4));
        Assert.That(slow.Where(m => m.GetCustomAttribute<ExplicitAttribute>(inherit: false) is null).Select(m => $"{m.DeclaringType}.{m.Name}"), Is.Empty);
    }
}
